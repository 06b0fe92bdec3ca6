{{ craft_items('craft_items_by_manager', 'is_manager', is_omnibus=false) }}
