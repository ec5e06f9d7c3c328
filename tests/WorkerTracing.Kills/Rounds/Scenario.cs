namespace WorkerTracing.Kills;

/// <summary>What a run of kills is made with.</summary>
/// <param name="Framework">What runs the jobs.</param>
/// <param name="Way">How the spans are exported.</param>
/// <param name="IsDown">Whether the backend is down during the rounds. It is up at the end.</param>
/// <param name="Kills">How many workers are killed, one after the other.</param>
internal sealed record Scenario(Framework Framework, Way Way, bool IsDown, int Kills);
