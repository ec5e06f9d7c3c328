using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// Runs an integration's own code inside a framework's call. An exception of that code is reported to the tracer, which logs and counts it,
/// and never reaches the framework: the job runs with or without a trace.
/// </summary>
/// <param name="tracer">Receives the failures.</param>
/// <param name="integration">The integration's name in the log and in <c>worker_tracing.callback.failures</c>.</param>
/// <remarks>
/// Each method takes the arguments of its action separately, so that a static lambda serves and a call allocates nothing.
/// </remarks>
internal sealed class FailureBoundary(JobTracer tracer, string integration)
{
    private const string Justification = "The failure boundary of an integration: the job runs, traced or not.";

    /// <summary>Runs an action.</summary>
    /// <returns>True if it completed; false if it threw.</returns>
    [SuppressMessage("Design", "CA1031", Justification = Justification)]
    public bool Run<TArgument>(TArgument argument, Action<TArgument> action)
    {
        try
        {
            action(argument);
            return true;
        }
        catch (Exception exception)
        {
            Report(exception);
            return false;
        }
    }

    /// <summary>Runs a function.</summary>
    /// <returns>Its result, or <paramref name="fallback"/> if it threw.</returns>
    [SuppressMessage("Design", "CA1031", Justification = Justification)]
    public TResult Run<TArgument, TResult>(TArgument argument, Func<TArgument, TResult> function, TResult fallback)
    {
        try
        {
            return function(argument);
        }
        catch (Exception exception)
        {
            Report(exception);
            return fallback;
        }
    }

    /// <summary>Runs an asynchronous action.</summary>
    /// <returns>Completes when the action has completed or thrown. Never faults.</returns>
    [SuppressMessage("Design", "CA1031", Justification = Justification)]
    public async ValueTask RunAsync<TArgument>(TArgument argument, Func<TArgument, ValueTask> action)
    {
        try
        {
            await action(argument).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    /// <summary>Reports a failure that the caller has caught itself.</summary>
    public void Report(Exception exception) => tracer.ReportFailure(integration, exception);
}
