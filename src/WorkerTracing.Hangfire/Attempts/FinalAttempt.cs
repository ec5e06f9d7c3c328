using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace WorkerTracing;

/// <summary>Predicts whether Hangfire will retry a failed attempt. Hangfire decides that after the span has ended.</summary>
internal static class FinalAttempt
{
    /// <summary>Applies the rule of <see cref="AutomaticRetryAttribute"/>.</summary>
    /// <returns>
    /// Null where another filter can decide differently, or where the worker does not use the global filters: then the decision is unknown.
    /// </returns>
    public static bool? Predict(JobTraceFilter filter, Job? job, Exception exception, int retries)
    {
        AutomaticRetryAttribute? retry = null;
        bool isGlobal = false;
        foreach (object instance in JobFilterProviders.Providers.GetFilters(job).Select(static candidate => candidate.Instance))
        {
            isGlobal |= instance == filter;
            if (instance is AutomaticRetryAttribute automatic)
                retry = automatic;
            else if (instance is IElectStateFilter and not JobTraceFilter && instance.GetType().Assembly != typeof(BackgroundJob).Assembly)
                return null;
        }

        if (!isGlobal)
            return null;
        return retry is null || retries >= retry.Attempts || !Retries(retry, exception.GetType());
    }

    private static bool Retries(AutomaticRetryAttribute retry, Type exception) =>
        (retry.OnlyOn is not { Length: > 0 } only || only.Any(type => type.IsAssignableFrom(exception)))
        && (retry.ExceptOn is not { Length: > 0 } except || !except.Any(type => type.IsAssignableFrom(exception)));
}
