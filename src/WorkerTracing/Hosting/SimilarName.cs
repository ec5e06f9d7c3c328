namespace WorkerTracing;

/// <summary>Finds the name that a misspelled one was meant to be.</summary>
internal static class SimilarName
{
    /// <summary>Gets the candidate with the fewest edits. Null where more than a third of the name would have to change.</summary>
    public static string? Find(string name, IReadOnlyList<string> candidates)
    {
        string? best = null;
        int fewest = Math.Max(1, name.Length / 3) + 1;
        foreach (string candidate in candidates)
        {
            int edits = Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (edits < fewest)
                (best, fewest) = (candidate, edits);
        }

        return best;
    }

    /// <summary>Gets the number of letters to insert, remove, replace or swap with their neighbour.</summary>
    private static int Edits(string from, string to)
    {
        int[,] edits = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }

                int replaced = edits[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replaced, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[from.Length, to.Length];
    }
}
