CREATE OR REPLACE VIEW free_rooms AS
SELECT rooms.*
  FROM rooms
 WHERE NOT EXISTS (
         SELECT FROM bookings
          WHERE room_id = rooms.id
            AND starts_at < now() + interval '${lead_time}'
            AND ends_at > now()
       );
