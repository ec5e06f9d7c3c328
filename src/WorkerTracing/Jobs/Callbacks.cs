using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// The boundary to the application's callbacks: one that throws is counted and logged, and its job goes on without its answer.
/// </summary>
internal sealed class Callbacks(ILogger log)
{
    [SuppressMessage("Design", "CA1031", Justification = "The boundary itself.")]
    public TResult Ask<T, TResult>(string name, Func<T, TResult>? callback, T argument, TResult otherwise)
    {
        if (callback is null)
            return otherwise;
        try
        {
            return callback(argument);
        }
        catch (Exception exception)
        {
            Report(name, exception);
            return otherwise;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary itself.")]
    public void Run<T1, T2>(string name, Action<T1, T2>? callback, T1 first, T2 second)
    {
        try
        {
            callback?.Invoke(first, second);
        }
        catch (Exception exception)
        {
            Report(name, exception);
        }
    }

    private void Report(string name, Exception exception)
    {
        Telemetry.FailCallback(name);
        Log.CallbackThrew(log, name, exception);
    }
}
