using System.Globalization;

namespace WorkerTracing.Kills;

/// <summary>The settings of a worker process: its command line.</summary>
/// <param name="Framework">What runs the jobs.</param>
/// <param name="Way">How the spans are exported.</param>
/// <param name="Endpoint">The address of the backend.</param>
/// <param name="Directory">Holds what the way of export keeps on disk.</param>
/// <param name="Ledger">The file in which the worker says what it does.</param>
/// <param name="Name">Names the tables and queues in the servers.</param>
/// <param name="Round">The number of the process among those that have the same <paramref name="Name"/>.</param>
/// <param name="MaxBytes">The bound of the flight recorder.</param>
/// <param name="Payload">The length of a text that each step has as an attribute; 0 for none.</param>
internal sealed record WorkerPlan(
    Framework Framework, Way Way, Uri Endpoint, string Directory, string Ledger, string Name, int Round, long MaxBytes, int Payload)
{
    /// <summary>The first argument of a worker.</summary>
    public const string Verb = "worker";

    public static WorkerPlan Parse(string[] arguments) => new(
        Enum.Parse<Framework>(arguments[1]),
        Enum.Parse<Way>(arguments[2]),
        new Uri(arguments[3]),
        arguments[4],
        arguments[5],
        arguments[6],
        int.Parse(arguments[7], CultureInfo.InvariantCulture),
        long.Parse(arguments[8], CultureInfo.InvariantCulture),
        int.Parse(arguments[9], CultureInfo.InvariantCulture));

    public string[] ToArguments() =>
        [Verb, $"{Framework}", $"{Way}", $"{Endpoint}", Directory, Ledger, Name, $"{Round}", $"{MaxBytes}", $"{Payload}"];
}
