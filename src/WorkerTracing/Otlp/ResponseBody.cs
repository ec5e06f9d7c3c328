using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Reads the bodies of responses, up to a size and for a time.</summary>
internal static class ResponseBody
{
    /// <summary>
    /// A success has an empty message, over gRPC behind five bytes. The array is not pooled: after a timeout, a read may still write to it.
    /// </summary>
    private const int UsualBytes = 64;

    /// <summary>Reads until the end of the body, the size or the time.</summary>
    /// <param name="response">The response, of which the head has been read.</param>
    /// <param name="maxBytes">The most that is read.</param>
    /// <param name="limit">Cancels the reading.</param>
    /// <param name="timeout">
    /// How long to wait. Counted on the calling thread: the timer of a cancellation needs a thread of the pool, which may have none.
    /// </param>
    /// <param name="isWhole">True if the end of the body was reached.</param>
    public static ReadOnlyMemory<byte> Read(
        HttpResponseMessage response, int maxBytes, CancellationTokenSource limit, TimeSpan timeout, out bool isWhole)
    {
        isWhole = false;
        long started = Stopwatch.GetTimestamp();
        Stream stream = response.Content.ReadAsStream(limit.Token);
        byte[] bytes = new byte[Math.Min(maxBytes, UsualBytes)];
        int length = 0;
        while (length < maxBytes)
        {
            if (length == bytes.Length)
                Array.Resize(ref bytes, Math.Min(16 * length, maxBytes));
            ValueTask<int> read = stream.ReadAsync(bytes.AsMemory(length), limit.Token);
            int count = read.IsCompletedSuccessfully
                ? read.GetAwaiter().GetResult()
                : Waiting.For(read.AsTask(), Left(timeout, started), limit);
            isWhole = count == 0;
            if (isWhole)
                break;
            length += count;
        }

        return bytes.AsMemory(0, length);
    }

    private static TimeSpan Left(TimeSpan timeout, long started)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return timeout;
        TimeSpan left = timeout - Stopwatch.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
