/** What producers take: one record with messages, or a batch of records. */
export interface Stampable {
  messages?: readonly object[];
  topicMessages?: readonly Stampable[];
}
