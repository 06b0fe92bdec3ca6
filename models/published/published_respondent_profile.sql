{{ publish_bands('respondent_profile', 'characteristic_id', 'band_id') }}
