{{ publish_bands('craft_first_contact', 'item_id', 'answer_id', labels=['position']) }}
