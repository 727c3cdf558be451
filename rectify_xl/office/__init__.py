"""An office: its settings, profile, units and waivers, and what its forms are judged by."""
