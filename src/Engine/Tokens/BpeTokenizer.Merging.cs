namespace Ait.Engine.Tokens;

internal sealed partial class BpeTokenizer
{
    private void MergeShort(List<int> symbols)
    {
        while (true)
        {
            int best = -1;
            (int Rank, int Token) merge = (int.MaxValue, 0);
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (_parts.Merges.TryGetValue(TokenizerParts.Pair(symbols[i], symbols[i + 1]), out (int Rank, int Token) found) && found.Rank < merge.Rank)
                {
                    best = i;
                    merge = found;
                }
            }

            if (best < 0)
            {
                return;
            }

            symbols[best] = merge.Token;
            symbols.RemoveAt(best + 1);
        }
    }

    /// <summary>The same in n log n: pairs wait in a queue by rank and place; a pair whose symbols have changed is passed over.</summary>
    private List<int> MergeLong(List<int> symbols)
    {
        int count = symbols.Count;
        int[] token = [.. symbols];
        int[] previous = new int[count];
        int[] next = new int[count];
        var queue = new PriorityQueue<(int Left, int LeftToken, int RightToken, int Merged), (int Rank, int Left)>();
        for (int i = 0; i < count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : -1;
        }

        for (int i = 0; i + 1 < count; i++)
        {
            Enqueue(i);
        }

        while (queue.TryDequeue(out (int Left, int LeftToken, int RightToken, int Merged) pair, out _))
        {
            int right = next[pair.Left];
            if (token[pair.Left] != pair.LeftToken || right < 0 || token[right] != pair.RightToken)
            {
                continue;
            }

            token[pair.Left] = pair.Merged;
            token[right] = -1;
            next[pair.Left] = next[right];
            if (next[right] >= 0)
            {
                previous[next[right]] = pair.Left;
            }

            Enqueue(pair.Left);
            if (previous[pair.Left] >= 0)
            {
                Enqueue(previous[pair.Left]);
            }
        }

        var merged = new List<int>();
        for (int i = 0; i >= 0; i = next[i])
        {
            merged.Add(token[i]);
        }

        return merged;

        void Enqueue(int left)
        {
            int right = next[left];
            if (right >= 0 && _parts.Merges.TryGetValue(TokenizerParts.Pair(token[left], token[right]), out (int Rank, int Token) found))
            {
                queue.Enqueue((left, token[left], token[right], found.Token), (found.Rank, left));
            }
        }
    }
}
