using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MassTransit;
using MassTransit.RetryPolicies;

namespace WorkerTracing;

/// <summary>
/// Predicts whether MassTransit will make another attempt. A job's span ends before MassTransit decides, so the retry policy is asked here
/// first, with the same exception. The policy's answers form a chain, one link for each attempt; the chain is kept from attempt to attempt,
/// so a failed attempt costs one question however many went before.
/// </summary>
internal sealed class RetryForecast
{
    /// <summary>Bounds the questions where earlier attempts were not seen. Beyond it the answer is "not known".</summary>
    private const int MaxUnseenAttempts = 64;

    private readonly IRetryPolicy _policy;
    private RetryContext<ConsumeContext>? _last;
    private int _asked;

    private RetryForecast(IRetryPolicy policy) => _policy = policy;

    /// <summary>Returns true if no attempt follows a failed one, false if one does, and null where that is not known.</summary>
    /// <param name="context">The failed attempt.</param>
    /// <param name="exception">The exception that reaches MassTransit.</param>
    /// <param name="description">Knows the redelivery that is configured around the consumer.</param>
    /// <param name="known">The forecast of the attempt before, or null.</param>
    /// <param name="forecast">The forecast for the next attempt.</param>
    public static bool? IsFinal(
        ConsumeContext context,
        Exception exception,
        JobDescription description,
        RetryForecast? known,
        out RetryForecast? forecast)
    {
        forecast = known;
        if (exception is OperationCanceledException canceled && canceled.CancellationToken == context.CancellationToken)
            return true;
        if (context.CancellationToken.IsCancellationRequested)
            return null;
        if (!context.TryGetPayload(out ConsumeRetryContext? innermost))
            return true;
        if (innermost is not RetryConsumeContext retry)
            return null; // the retry of a courier activity, which shows no policy

        RetryConsumeContext? redelivery = description.RedeliveryOf(context);
        bool? retried = false;
        if (!ReferenceEquals(retry, redelivery))
        {
            IRetryPolicy policy = PolicyOf(retry);
            if (forecast is null || !ReferenceEquals(forecast._policy, policy))
                forecast = new RetryForecast(policy);
            retried = forecast.CanRetry(context, exception, retry.RetryAttempt);
        }

        if (retried == false && redelivery is not null)
        {
            int redelivered = MessageHeader.Number(context, MessageHeaders.RedeliveryCount);
            retried = new RetryForecast(PolicyOf(redelivery)).CanRetry(context, exception, redelivered);
        }

        return !retried;
    }

    private bool? CanRetry(ConsumeContext context, Exception exception, int attempt)
    {
        if (attempt - _asked > MaxUnseenAttempts)
            return null;
        bool can = false;
        for (; _asked <= attempt; _asked++)
        {
            if (_last is not null)
            {
                can = _last.CanRetry(exception, out _last);
                continue;
            }

            using RetryPolicyContext<ConsumeContext> first = _policy.CreatePolicyContext(context);
            can = first.CanRetry(exception, out _last);
        }

        return can;
    }

    /// <summary>Gets the policy of a retry. MassTransit shows it to derived contexts alone.</summary>
    [SuppressMessage("Style", "IDE0051", Justification = "The runtime supplies the body.")]
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_RetryPolicy")]
    private static extern IRetryPolicy PolicyOf(RetryConsumeContext context);
}
