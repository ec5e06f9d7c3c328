namespace WorkerTracing.Tests;

/// <summary>Damages a file at random, in one region.</summary>
internal static class FileMutation
{
    /// <summary>Damages a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="random">Decides how.</param>
    /// <param name="from">The first byte that may have changed.</param>
    /// <param name="to">The end of the bytes that may have changed.</param>
    /// <returns>The damaged file.</returns>
    public static byte[] Apply(byte[] bytes, Random random, out int from, out int to)
    {
        byte[] damaged = [.. bytes];
        from = random.Next(random.Next(4) == 0 ? 256 : bytes.Length);
        to = Math.Min(bytes.Length, from + 1 + random.Next(random.Next(2) == 0 ? 8 : 600));
        Span<byte> region = damaged.AsSpan(from, to - from);
        switch (random.Next(7))
        {
            case 0:
                region[0] ^= (byte)(1 << random.Next(8));
                to = from + 1;
                break;
            case 1:
                random.NextBytes(region);
                break;
            case 2:
                region.Clear();
                break;
            case 3:
                region.Fill(0xFF);
                break;
            case 4: // another part of the file, also whole records, at the same and at other distances from a multiple of 8
                int source = random.Next(bytes.Length - region.Length + 1);
                if (random.Next(2) == 0)
                    source = Math.Min((source & ~7) | (from & 7), bytes.Length - region.Length);
                bytes.AsSpan(source, region.Length).CopyTo(region);
                break;
            case 5:
                damaged = damaged[..from];
                to = bytes.Length;
                break;
            default:
                int moved = random.Next(1, 64);
                damaged = [.. damaged[..from], .. new byte[moved], .. damaged[from..]];
                to = bytes.Length;
                break;
        }

        return damaged;
    }
}
