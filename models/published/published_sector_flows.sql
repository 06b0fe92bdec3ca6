{{ publish_flows('sector_flows') }}
