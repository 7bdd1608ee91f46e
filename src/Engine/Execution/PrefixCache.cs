using System.Runtime.InteropServices;

namespace Ait.Engine.Execution;

/// <summary>
/// Remembers whole pages of finished and running sequences by the tokens that led to them, so that a sequence that begins
/// alike need not compute them again. Keys and values depend on the tokens up to their position and on nothing else, so a page
/// found here holds the bits that would be computed. The page used longest ago goes first.
/// </summary>
internal sealed class PrefixCache(PagePool pool)
{
    private readonly Dictionary<Digest, LinkedListNode<(Digest Key, CachePage Page)>> _pages = [];
    private readonly LinkedList<(Digest Key, CachePage Page)> _newestLast = new();

    /// <summary>Pages remembered.</summary>
    public int Count => _pages.Count;

    /// <summary>The key of the page that these tokens fill after the page of the previous key.</summary>
    public static Digest KeyOf(Digest previous, ReadOnlySpan<int> tokens)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size + (HeadCache.PagePositions * sizeof(int))];
        previous.CopyTo(bytes);
        MemoryMarshal.AsBytes(tokens).CopyTo(bytes[Digest.Size..]);
        return Digest.Of(bytes);
    }

    /// <summary>
    /// Whole pages that hold the begin of the tokens, each held once for the caller. The last token is never among them: it has
    /// to go through the model for its logits.
    /// </summary>
    public List<CachePage> Find(ReadOnlySpan<int> tokens)
    {
        var found = new List<CachePage>();
        Digest key = default;
        for (int end = HeadCache.PagePositions; end < tokens.Length; end += HeadCache.PagePositions)
        {
            key = KeyOf(key, tokens[(end - HeadCache.PagePositions)..end]);
            if (!_pages.TryGetValue(key, out LinkedListNode<(Digest Key, CachePage Page)>? node))
            {
                break;
            }

            _newestLast.Remove(node);
            _newestLast.AddLast(node);
            node.Value.Page.Holders++;
            found.Add(node.Value.Page);
        }

        return found;
    }

    /// <summary>Remembers a page that is filled to its end.</summary>
    public void Add(Digest key, CachePage page)
    {
        if (_pages.TryAdd(key, null!)) // Set in the next line.
        {
            page.Holders++;
            _pages[key] = _newestLast.AddLast((key, page));
        }
    }

    /// <summary>Gives back pages that nobody else holds until so many can be had, oldest first.</summary>
    public void MakeRoom(long pages)
    {
        LinkedListNode<(Digest Key, CachePage Page)>? node = _newestLast.First;
        while (node is not null && pool.Available < pages)
        {
            LinkedListNode<(Digest Key, CachePage Page)>? next = node.Next;
            if (node.Value.Page.Holders == 1)
            {
                _newestLast.Remove(node);
                _pages.Remove(node.Value.Key);
                pool.Release(node.Value.Page);
            }

            node = next;
        }
    }
}
