"""What came of a shelf: impressions, clicks, bag adds and purchases joined by rec_id, once each."""
