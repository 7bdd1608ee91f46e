namespace Ait.Miner.Tests.Fixtures;

/// <summary>Evidence of real hardware, found through AIT_VECTORS; without it the test skips.</summary>
internal static class GenuineVectors
{
    public static byte[] Read(string path)
    {
        string? root = Environment.GetEnvironmentVariable("AIT_VECTORS");
        Assert.SkipWhen(string.IsNullOrEmpty(root), "AIT_VECTORS names no folder of real evidence");
        return File.ReadAllBytes(Path.Combine(root!, path));
    }
}
