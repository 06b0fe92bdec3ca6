{{ publish_changes('wave_changes', 'variable_id') }}
