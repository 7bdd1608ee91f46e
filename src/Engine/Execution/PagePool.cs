namespace Ait.Engine.Execution;

/// <summary>Takes pages of cache within a budget, keeps those that come back, and gives them out again.</summary>
internal sealed class PagePool(IPageMemory memory, long maxBytes)
{
    private readonly Stack<CachePage> _free = [];

    /// <summary>The budget in bytes.</summary>
    public long MaxBytes { get; set; } = maxBytes;

    /// <summary>Bytes of a page.</summary>
    public long PageBytes => memory.PageBytes;

    /// <summary>Pages that exist, free ones included.</summary>
    public int Taken { get; private set; }

    /// <summary>Pages that can still be had.</summary>
    public long Available => _free.Count + Math.Max(0, (MaxBytes / PageBytes) - Taken);

    /// <summary>The pages that so many positions fill.</summary>
    public static int PagesFor(int positions) => (positions + HeadCache.PagePositions - 1) / HeadCache.PagePositions;

    public CachePage Take()
    {
        if (!_free.TryPop(out CachePage? page))
        {
            if (Available == 0)
            {
                throw new InvalidOperationException("The budget of the cache is spent; whoever takes pages asks first.");
            }

            page = memory.Create();
            Taken++;
        }

        page.Holders = 1;
        return page;
    }

    /// <summary>Gives up one hold of a page; the last one frees it.</summary>
    public void Release(CachePage page)
    {
        page.Holders--;
        if (page.Holders == 0)
        {
            _free.Push(page);
        }
    }
}
