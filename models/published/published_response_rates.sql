{{ publish_groups('response_rates', outside='sampled', labels=['method', 'base']) }}
