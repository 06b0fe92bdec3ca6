{{ publish_differences('item_differences', 'item_id') }}
