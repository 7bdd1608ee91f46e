using System.Diagnostics.CodeAnalysis;

namespace Ait.Attestation.Manifest;

/// <summary>Reads a manifest's path and keeps it inside the base folder.</summary>
internal static class ManifestPath
{
    private const int MaxLength = 1024;

    internal static bool TryNormalise(string path, [NotNullWhen(true)] out string? normalised, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        normalised = null;
        List<string> kept = [];
        bool inside = path.Length is > 0 and <= MaxLength
            && path[0] != '/'
            && !path.AsSpan().ContainsAny('\\', ':', '\0');
        foreach (string segment in inside ? path.Split('/') : [])
        {
            switch (segment)
            {
                case "" or ".":
                    break;
                case "..":
                    inside = inside && kept.Count > 0;
                    if (kept.Count > 0)
                    {
                        kept.RemoveAt(kept.Count - 1);
                    }

                    break;
                default:
                    kept.Add(segment);
                    break;
            }
        }

        if (!inside || kept.Count == 0)
        {
            refusal = new RefusalReason(Refusal.PathOutsideBase, "path", "a relative path inside the base folder", path.Length > MaxLength ? "a very long one" : path);
            return false;
        }

        normalised = string.Join('/', kept);
        refusal = null;
        return true;
    }
}
