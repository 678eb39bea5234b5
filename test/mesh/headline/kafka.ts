/** Environment variable that is set if a broker can be started: run.mjs has found Java and Kafka's jars. */
export const KAFKA = 'MESH_KAFKA';

export function hasKafka(): boolean {
  return process.env[KAFKA] !== undefined;
}
