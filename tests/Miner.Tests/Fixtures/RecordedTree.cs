using System.Globalization;
using Ait.Miner.Collecting;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>
/// A guest's file tree in a folder of its own, with the attributes of Linux 6.8, that behaves as configfs does: a new folder below
/// <c>report</c> comes with its attributes, every write counts, and the answer to <c>inblob</c> is made by <see cref="Firmware"/>.
/// </summary>
internal sealed class RecordedTree : IKernelFiles, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly KernelFiles _files;

    public RecordedTree() => _files = new KernelFiles(_folder.Path);

    /// <summary>Report data to outblob and auxblob.</summary>
    public Func<byte[], (byte[] Report, byte[] Table)> Firmware { get; set; } = reportData => (Reports.Snp(reportData), []);

    public string Provider { get; set; } = "sev_guest\n";

    public string PrivilegeFloor { get; set; } = "0\n";

    /// <summary>How many requests someone else writes to, after ours.</summary>
    public int Intrusions { get; set; }

    public List<string> Written { get; } = [];

    public List<string> Folders { get; } = [];

    /// <summary>A guest with the TSM interface mounted.</summary>
    public static RecordedTree WithReports()
    {
        var tree = new RecordedTree();
        Directory.CreateDirectory(tree.On(ConfigfsReport.Folder));
        return tree;
    }

    public string On(string path) => _folder.File(path.TrimStart('/'));

    public void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(On(path))!);
        File.WriteAllText(On(path), text);
    }

    public bool FileExists(string path) => _files.FileExists(path);

    public bool FolderExists(string path) => _files.FolderExists(path);

    public byte[] Read(string path, int limit) => _files.Read(path, limit);

    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        _files.Write(path, bytes);
        string folder = Path.GetDirectoryName(path)!;
        string name = Path.GetFileName(path);
        Written.Add(name);
        if (name == "user_report_data")
        {
            File.WriteAllBytes(On($"{folder}/quote"), Firmware(bytes.ToArray()).Report);
            return;
        }

        Count(folder);
        if (name == "inblob")
        {
            (byte[] report, byte[] table) = Firmware(bytes.ToArray());
            File.WriteAllBytes(On($"{folder}/outblob"), report);
            File.WriteAllBytes(On($"{folder}/auxblob"), table);
            if (Intrusions-- > 0)
            {
                Count(folder);
            }
        }
    }

    public void CreateFolder(string path)
    {
        _files.CreateFolder(path);
        Folders.Add(path);
        Put($"{path}/provider", Provider);
        Put($"{path}/generation", "0\n");
        Put($"{path}/privlevel_floor", PrivilegeFloor);
        foreach (string name in new[] { "inblob", "outblob", "auxblob", "privlevel" })
        {
            Put($"{path}/{name}", string.Empty);
        }
    }

    public void RemoveFolder(string path) => Directory.Delete(On(path), recursive: true);

    public void Dispose() => _folder.Dispose();

    private void Count(string folder)
    {
        string generation = On($"{folder}/generation");
        int count = int.Parse(File.ReadAllText(generation), CultureInfo.InvariantCulture);
        File.WriteAllText(generation, $"{count + 1}\n");
    }
}
