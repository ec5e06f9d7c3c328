using OpenTelemetry.Exporter;

namespace WorkerTracing.Load;

/// <summary>The work of the jobs, and the threads that run them.</summary>
/// <param name="Name">The argument that selects it.</param>
/// <param name="What">For the heading.</param>
/// <param name="OnThreads">Whether each job has a thread of its own and blocks it, or all run on the pool and await.</param>
/// <param name="Work">How long a job works without using a processor.</param>
internal sealed record Scenario(string Name, string What, bool OnThreads, Func<Random, TimeSpan> Work)
{
    public static readonly Scenario Together = new(
        "together",
        "async jobs without work, side by side",
        OnThreads: false,
        static _ => TimeSpan.Zero);

    public static readonly Scenario Threads = new(
        "threads",
        "jobs without work, each on a thread of its own",
        OnThreads: true,
        static _ => TimeSpan.Zero);

    public static readonly Scenario Staggered = new(
        "staggered",
        "async jobs of 5 to 35 ms of work",
        OnThreads: false,
        static random => TimeSpan.FromMilliseconds(random.Next(5, 36)));

    public static readonly Scenario Http = Staggered with
    {
        Name = "http",
        What = "async jobs of 5 to 35 ms of work, over http/protobuf to a receiver on loopback",
        Protocol = OtlpExportProtocol.HttpProtobuf,
    };

    public static readonly Scenario Grpc = Staggered with
    {
        Name = "grpc",
        What = "async jobs of 5 to 35 ms of work, over gRPC to a receiver on loopback",
        Protocol = OtlpExportProtocol.Grpc,
    };

    public static readonly Scenario[] All = [Together, Threads, Staggered, Http, Grpc];

    /// <summary>The protocol to a real receiver; null for a backend in the process.</summary>
    public OtlpExportProtocol? Protocol { get; init; }

    /// <summary>The lines of this scenario's table.</summary>
    public IEnumerable<Line> Lines() => this switch
    {
        _ when this == Together => from jobs in new[] { 1, 10, 50, 200, 1000 } from way in Way.All select new Line(this, jobs, 1, way),
        _ when this == Threads => [new(this, 200, 1, Way.WorkerTracing), new(this, 200, 1, Way.OpenTelemetry)],
        { Protocol: not null } => from jobs in new[] { 10, 50, 200 } select new Line(this, jobs, 4, Way.WorkerTracing),
        _ => from jobs in new[] { 10, 50 } from inFlight in new[] { 1, 4 } select new Line(this, jobs, inFlight, Way.WorkerTracing),
    };
}
