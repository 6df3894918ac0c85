// Short names for the messages of the API: `Message<'ronghe.meeting.v1.Meeting'>`.
import type { components } from './schema';

export type Message<Name extends keyof components['schemas']> = components['schemas'][Name];

/** A day of the calendar, as the API writes it. */
export type ApiDate = Message<'google.type.Date'>;
