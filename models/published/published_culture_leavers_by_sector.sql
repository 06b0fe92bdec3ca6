{{ publish_measures('culture_leavers_by_sector') }}
