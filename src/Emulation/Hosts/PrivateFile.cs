namespace Ait.Emulation.Hosts;

/// <summary>Whole-or-nothing file writing; secrets are readable by their owner only.</summary>
internal static class PrivateFile
{
    internal static void Write(string path, ReadOnlySpan<byte> content, bool secret)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (secret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(content);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
