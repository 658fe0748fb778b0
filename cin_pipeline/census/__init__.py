"""What a return is: collection years, every data item, reading XML into linked tables, typing the values."""
