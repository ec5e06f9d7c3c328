using System.Diagnostics;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>The spans that a test makes as an application would: a producer's, a consumer's own.</summary>
internal static class TestSource
{
    public const string Name = "WorkerTracing.MassTransit.Tests";

    private static readonly ActivitySource Source = new(Name);

    public static Activity Start(string name, ActivityContext parent = default) =>
        Source.StartActivity(name, ActivityKind.Internal, parent)
        ?? throw new InvalidOperationException("No provider listens to the test's source.");
}
