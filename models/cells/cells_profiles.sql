{{ count_profiles() }}
