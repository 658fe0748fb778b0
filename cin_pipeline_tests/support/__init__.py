"""What tests are built with: returns, stores, servers, browsers, and calculations that share nothing with it all."""
