CREATE INDEX CONCURRENTLY bookings_room_id ON bookings (room_id, starts_at);
