namespace Ait.Attestation.Tests;

/// <summary>Genuine evidence of real hardware. It is not part of the project: AIT_VECTORS names the folder.</summary>
internal static class Vectors
{
    internal static string Folder
    {
        get
        {
            string? folder = Environment.GetEnvironmentVariable("AIT_VECTORS");
            Assert.SkipWhen(
                string.IsNullOrEmpty(folder) || !Directory.Exists(folder),
                "AIT_VECTORS does not name the folder of genuine evidence: this test did NOT run");
            return folder;
        }
    }

    internal static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Folder, path));

    /// <summary>What a host does: null for what cannot be read.</summary>
    internal static byte[]? TryRead(string path)
    {
        string full = Path.Combine(Folder, path);
        return File.Exists(full) ? File.ReadAllBytes(full) : null;
    }
}
