using Ait.Engine.Gpu;

namespace Ait.Engine.Tests.Gpu;

/// <summary>Values in the memory of a device.</summary>
internal sealed unsafe class GpuBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly IGpuDevice _device;
    private readonly int _length;

    public GpuBuffer(IGpuDevice device, ReadOnlySpan<T> values)
    {
        _device = device;
        _length = values.Length;
        Address = device.Allocate((long)values.Length * sizeof(T));
        fixed (T* p = values)
        {
            device.Upload(Address, p, (long)values.Length * sizeof(T));
            // The span is pinned only here.
            T done;
            device.Download(&done, Address, values.IsEmpty ? 0 : sizeof(T));
        }
    }

    public ulong Address { get; }

    public T[] Read()
    {
        T[] values = new T[_length];
        fixed (T* p = values)
        {
            _device.Download(p, Address, (long)_length * sizeof(T));
        }

        return values;
    }

    public void Dispose() => _device.Release(Address);
}
