using System.Runtime.CompilerServices;
using Ait.Engine.Gpu.Drivers;

namespace Ait.Engine.Gpu;

/// <summary>The GPU of this process: the first that a driver shows, opened once, and the models that lie on it.</summary>
internal static class GpuBackend
{
    private static readonly Lazy<(IGpuDevice? Device, string Absence)> Opened = new(Open);
    private static readonly ConditionalWeakTable<Model, GpuModel> Models = [];

    /// <summary>The device, or null where there is none.</summary>
    public static IGpuDevice? Device => Opened.Value.Device;

    /// <summary>Why there is no device, in words; empty if there is one.</summary>
    public static string Absence => Opened.Value.Absence;

    /// <summary>The model on a device; copied there at first use and kept as long as the model.</summary>
    public static GpuModel Load(IGpuDevice device, Model model)
    {
        lock (device)
        {
            if (!Models.TryGetValue(model, out GpuModel? loaded) || !ReferenceEquals(loaded.Device, device))
            {
                loaded = new GpuModel(device, model);
                Models.AddOrUpdate(model, loaded);
            }

            return loaded;
        }
    }

    /// <summary>Takes every model off a device; each is copied there again at its next use.</summary>
    public static void Unload(IGpuDevice device)
    {
        lock (device)
        {
            foreach ((Model model, GpuModel loaded) in Models.Where(pair => ReferenceEquals(pair.Value.Device, device)).ToArray())
            {
                loaded.Dispose();
                Models.Remove(model);
            }
        }
    }

    private static (IGpuDevice? Device, string Absence) Open()
    {
        RuntimeLibraries.Install();
        (IGpuDevice? device, string cuda) = Open(new CudaDriver(), CudaApi.Library);
        if (device is not null)
        {
            return (device, string.Empty);
        }

        (device, string hip) = Open(new HipDriver(), HipApi.Library);
        return (device, device is null ? $"{cuda}; {hip}" : string.Empty);
    }

    private static (IGpuDevice? Device, string Absence) Open(GpuDriver driver, string library)
    {
        if (!RuntimeLibraries.IsAtHand(library))
        {
            return (null, $"{driver.Vendor}: none of {string.Join(", ", RuntimeLibraries.NamesOf(library))} is installed");
        }

        try
        {
            driver.Demand(driver.Start(), "starting the driver");
            driver.Demand(driver.DeviceCount(out int count), "counting devices");
            return count > 0 ? (new DriverDevice(driver, 0), string.Empty) : (null, $"{driver.Vendor}: the driver shows no device");
        }
        catch (Exception fault) when (fault is GpuException or DllNotFoundException or EntryPointNotFoundException)
        {
            return (null, fault.Message);
        }
    }
}
