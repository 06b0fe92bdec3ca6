{{ publish_bands('craft_respondents', 'characteristic_id', 'band_id') }}
