// replaced when the chart has the kind
export async function virtualEnvironmentRules(): Promise<never[]> { return []; }
export async function installVirtualEnvironments(..._args: unknown[]): Promise<void> {}
