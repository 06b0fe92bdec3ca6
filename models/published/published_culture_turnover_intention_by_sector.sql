{{ publish_measures('culture_turnover_intention_by_sector') }}
