using System.Globalization;

namespace WorkerTracing.Races;

/// <summary>How long to look for races, and where to begin.</summary>
/// <param name="Seed">Decides, for a lap, the order of the tests, their random arguments and the moments of the pressure; the variable
/// <c>WORKERTRACING_RACES_SEED</c>, else chosen.</param>
/// <param name="Time">The variable <c>WORKERTRACING_RACES_SECONDS</c>; 2 s without it.</param>
internal sealed record RaceSettings(int Seed, TimeSpan Time)
{
    private const string SeedVariable = "WORKERTRACING_RACES_SEED";
    private const string SecondsVariable = "WORKERTRACING_RACES_SECONDS";

    public string Replay
        => $"{SeedVariable}={Seed} {SecondsVariable}={Time.TotalSeconds} dotnet test tests/WorkerTracing.Races";

    /// <summary>The lap after this one: the next seed is its own, so a replay that is given that seed begins with it.</summary>
    public RaceSettings Next => this with { Seed = unchecked(Seed + 1) };

    public static RaceSettings FromEnvironment() => new(
        Read(SeedVariable) ?? Random.Shared.Next(),
        TimeSpan.FromSeconds(Read(SecondsVariable) ?? 2));

    private static int? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
