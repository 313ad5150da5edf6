/** What can't be measured here, with the reason; the rest of the bench goes on. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}
