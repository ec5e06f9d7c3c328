using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// The boundary to the application's code that runs for a job: callbacks, and the collections and values of a <see cref="JobInfo"/>. A
/// failure is counted and logged, and the job continues without the result.
/// </summary>
internal sealed class Callbacks(ILogger log)
{
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the application's callbacks.")]
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

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the application's callbacks.")]
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

    public void Report(string name, Exception exception)
    {
        Telemetry.FailCallback(name);
        Log.CallbackThrew(log, name, exception);
    }
}
