{{ craft_items('craft_items_by_domain', 'domain', is_omnibus=true) }}
