namespace WorkerTracing;

/// <summary>
/// Limits the <c>input</c> and <c>output</c> of a span to 100,000 bytes of compact JSON in UTF-8, quotes and escapes included. The ingest
/// endpoint refuses larger fields.
/// </summary>
internal static class FieldLimit
{
    public const int MaxBytes = 100_000;

    /// <summary>
    /// Cuts the JSON value that has been written to <paramref name="output"/> since <paramref name="start"/>, if it is too large.
    /// </summary>
    public static void Apply(Utf8Buffer output, int start)
    {
        if (output.Length - start <= MaxBytes)
            return;

        using var uncut = new Utf8Buffer();
        uncut.Write(output.Written[start..]);
        output.Truncate(start);
        using var index = JsonIndex.Of(uncut.From(0));
        new JsonCut(index, output).Write(uncut.Written, 0, MaxBytes);
    }
}
