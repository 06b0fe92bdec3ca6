{{ group_profiles() }}
