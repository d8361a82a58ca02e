"""The Scrapy machine: settings, middlewares (pace, robots, guard), extensions."""
