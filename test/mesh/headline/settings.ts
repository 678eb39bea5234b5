/** What a service of this test is told. */
export interface ServiceSettings {
  role: 'payment' | 'order';
  broker: string;
  topic: string;
  group: string;
  /** On which it answers requests. */
  port: number;
  /** Port on 127.0.0.1 of its sidecar, for its own requests. */
  sidecarPort: number;
}
