namespace Ait.Engine.Execution;

/// <summary>Where pages of cache lie: in the memory of the host, or in that of a device.</summary>
internal interface IPageMemory
{
    /// <summary>Bytes of a page.</summary>
    public long PageBytes { get; }

    /// <summary>Makes a new page, zeroed.</summary>
    public CachePage Create();
}
