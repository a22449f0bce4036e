"""Attribution: impressions, clicks, bag adds and purchases joined by rec_id, each counted once."""
