using Ait.Chain;
using Ait.Engine;

namespace Ait.Miner.Execution;

/// <summary>
/// Data and checkpoints of training, as files named by their digests: <c>DIGEST.axd</c> and <c>DIGEST.axs</c> in the models folder,
/// or where this miner keeps the checkpoints that it made. Whoever reads one computes its digest.
/// </summary>
internal sealed class TrainingStore
{
    private readonly string? _models;
    private readonly string _own;

    public TrainingStore(string? modelsFolder, string ownFolder)
    {
        _models = modelsFolder;
        _own = ownFolder;
    }

    /// <summary>The data of a digest, or in words why there is none.</summary>
    public (TrainingData? Data, string Problem) Data(Digest digest)
    {
        if (Find($"{digest}.axd") is not { } path)
        {
            return (null, $"no file {digest}.axd");
        }

        return !TrainingData.TryParse(File.ReadAllBytes(path), out TrainingData? data, out EngineRefusal? refusal)
            ? (null, $"the data {path} is refused: {refusal}")
            : data.Digest == digest ? (data, string.Empty) : (null, $"the data {path} has digest {data.Digest}");
    }

    /// <summary>The checkpoint of a digest, open for reading; null if there is none.</summary>
    public FileStream? Checkpoint(Hash256 digest) => Find($"{new Digest(digest.ToArray())}.axs") is { } path ? File.OpenRead(path) : null;

    /// <summary>Where a checkpoint that is being fetched grows; what an earlier try left is still in it. Nobody else may have it open.</summary>
    public FileStream OpenFetched(Hash256 digest)
    {
        Directory.CreateDirectory(_own);
        return new FileStream(FetchedPath(digest), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>Makes a fetched checkpoint, whose digest was computed, one that is here; the file must be closed.</summary>
    public void TakeFetched(Hash256 digest) => File.Move(FetchedPath(digest), Path.Combine(_own, $"{new Digest(digest.ToArray())}.axs"), overwrite: true);

    /// <summary>Throws away what was fetched of a checkpoint.</summary>
    public void DropFetched(Hash256 digest) => File.Delete(FetchedPath(digest));

    private string FetchedPath(Hash256 digest) => Path.Combine(_own, $"{new Digest(digest.ToArray())}.axs.fetched");

    /// <summary>Keeps the checkpoint of a trainer, whole or not at all, for the chunk that begins there.</summary>
    public void Keep(Trainer trainer)
    {
        Directory.CreateDirectory(_own);
        string path = Path.Combine(_own, $"{trainer.State}.axs");
        string partial = $"{path}.{Environment.ProcessId}.partial";
        using (FileStream stream = File.Create(partial))
        {
            trainer.Save(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    private string? Find(string name)
    {
        foreach (string? folder in (string?[])[_models, _own])
        {
            if (folder is not null && File.Exists(Path.Combine(folder, name)))
            {
                return Path.Combine(folder, name);
            }
        }

        return null;
    }
}
