{{ publish_bands('answer_shares', 'item_id', 'answer_id', labels=['position']) }}
