namespace WorkerTracing.Faults;

/// <summary>A way in which a backend fails.</summary>
/// <param name="Name">What it does, in the words of the table.</param>
/// <param name="Converse">What it does with a connection.</param>
internal sealed record Fault(string Name, Func<Conversation, Task> Converse)
{
    public Arrival Arrives { get; init; } = Arrival.None;

    /// <summary>
    /// Whether the backend may have taken spans without the worker hearing of it: those may be counted as lost, and may arrive twice.
    /// </summary>
    public bool LosesAnswers { get; init; }

    /// <summary>
    /// Whether it drops its connections when half of the jobs are done. A request may be in flight then, and its answer lost, unless each
    /// job has waited for its flush.
    /// </summary>
    public bool DropsConnectionsAtHalf { get; init; }

    /// <summary>Whether the head of the answer is a success and its end never comes, where gRPC has its status.</summary>
    public bool HasNoTrailers { get; init; }

    /// <summary>Whether it is a fault of the connection and no request is read, in whatever version of HTTP.</summary>
    public bool IsBelowHttp { get; init; }

    /// <summary>Whether a success is slower than the flush's timeout, so that each flush is worth its whole wait.</summary>
    public bool IsSlow { get; init; }

    /// <summary>
    /// Whether the backend says that it will never take these spans. All else may pass, and an exporter that knows that keeps them.
    /// </summary>
    public bool IsRefusal { get; init; }

    /// <summary>Whether OTLP takes it for a refusal and the OpenAI exporter does not.</summary>
    public bool IsRefusalOverOtlp { get; init; }

    public bool IsTls { get; init; }

    public bool Accepts { get; init; } = true;

    /// <summary>Before the worker starts.</summary>
    public Func<FaultReceiver, Task> AtStart { get; init; } = static receiver =>
    {
        receiver.Up();
        return Task.CompletedTask;
    };

    /// <summary>When half of the jobs are done.</summary>
    public Func<FaultReceiver, Task> AtHalf { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Whether the worker is asked to stop then, with SIGTERM.</summary>
    public bool StopsAtHalf { get; init; }

    public Arrival ArrivesOver(Protocol protocol) => HasNoTrailers && protocol.IsGrpc ? Arrival.None : Arrives;

    public bool LosesAnswersOver(Protocol protocol, FlushMode flush) =>
        LosesAnswers || (HasNoTrailers && protocol.IsGrpc) || (DropsConnectionsAtHalf && flush != FlushMode.Wait);

    public override string ToString() => Name;
}
