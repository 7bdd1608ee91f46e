namespace Ait.Engine.Gpu.Drivers;

/// <summary>
/// Products of int8 matrices by the vendor's library, with int32 sums: exact by contract, and checked on this device before they
/// are used. Row-major X · Wᵀ is what the library calls a transposed left and a plain right matrix in columns.
/// </summary>
internal sealed unsafe class VendorProducts : IDisposable
{
    private const int WorkspaceBytes = 32 << 20;
    private const int MostPlans = 256;

    private readonly ProductLibrary _library;
    private readonly IGpuDevice _device;
    private readonly nint _stream;
    private readonly nint _handle;
    private readonly nint _product;
    private readonly nint _preference;
    private readonly ulong _workspace;
    private readonly Dictionary<(int WeightRows, int Rows, int Columns, int Stride), Plan?> _plans = [];

    private VendorProducts(ProductLibrary library, IGpuDevice device, nint stream)
    {
        _library = library;
        _device = device;
        _stream = stream;
        Demand(library.Create(out _handle), "starting");
        Demand(library.ProductCreate(out _product, library.ComputeInt32, ProductLibrary.Int32), "describing a product");
        int transposed = library.Transposed;
        int asItStands = library.AsItStands;
        Demand(library.ProductSet(_product, library.LeftOperation, &transposed, sizeof(int)), "describing a product");
        Demand(library.ProductSet(_product, library.RightOperation, &asItStands, sizeof(int)), "describing a product");
        Demand(library.PreferenceCreate(out _preference), "preferring");
        ulong bytes = WorkspaceBytes;
        Demand(library.PreferenceSet(_preference, ProductLibrary.WorkspaceAttribute, &bytes, sizeof(ulong)), "preferring");
        _workspace = device.Allocate(WorkspaceBytes);
    }

    /// <summary>The library, if it is at hand and its sums are those of integers; else null, and why.</summary>
    public static (VendorProducts? Products, string Absence) Open(ProductLibrary library, string name, IGpuDevice device, nint stream)
    {
        if (!RuntimeLibraries.IsAtHand(name))
        {
            return (null, $"{library.Name}: none of {string.Join(", ", RuntimeLibraries.NamesOf(name))} is installed");
        }

        try
        {
            var products = new VendorProducts(library, device, stream);
            if (products.Check() is not { } fault)
            {
                return (products, string.Empty);
            }

            products.Dispose();
            return (null, $"{library.Name}: {fault}");
        }
        catch (Exception fault) when (fault is GpuException or DllNotFoundException or EntryPointNotFoundException)
        {
            return (null, fault.Message);
        }
    }

    /// <summary>sums[r, n] = x[r] · w[n], or nothing and false if the library does not take the shape.</summary>
    public bool TryMultiply(ulong weights, int weightRows, ulong x, int rows, int columns, int stride, ulong sums)
    {
        // What the library asks of int8 matrices.
        if (weightRows % 4 != 0 || columns % 4 != 0)
        {
            return false;
        }

        if (!_plans.TryGetValue((weightRows, rows, columns, stride), out Plan? plan))
        {
            if (_plans.Count == MostPlans)
            {
                Forget();
            }

            plan = Prepare(weightRows, rows, columns, stride);
            _plans.Add((weightRows, rows, columns, stride), plan);
        }

        if (plan is null)
        {
            return false;
        }

        int one = 1;
        int zero = 0;
        int status;
        fixed (byte* algorithm = plan.Algorithm)
        {
            status = _library.Multiply(_handle, _product, &one, weights, plan.Left, x, plan.Right, &zero, sums, plan.Sums, algorithm, _workspace, WorkspaceBytes, _stream);
        }

        if (status != 0)
        {
            // It promised more than it does: kernels take this shape from now on.
            Release(plan.Left, plan.Right, plan.Sums);
            _plans[(weightRows, rows, columns, stride)] = null;
        }

        return status == 0;
    }

    public void Dispose()
    {
        Forget();
        _device.Release(_workspace);
        Demand(_library.PreferenceDestroy(_preference), "ending");
        Demand(_library.ProductDestroy(_product), "ending");
        Demand(_library.Destroy(_handle), "ending");
    }

    /// <summary>How one shape is multiplied.</summary>
    private sealed record Plan(nint Left, nint Right, nint Sums, byte[] Algorithm);

    private Plan? Prepare(int weightRows, int rows, int columns, int stride)
    {
        Demand(_library.LayoutCreate(out nint left, ProductLibrary.Int8, (ulong)columns, (ulong)weightRows, stride), "describing a matrix");
        Demand(_library.LayoutCreate(out nint right, ProductLibrary.Int8, (ulong)columns, (ulong)rows, stride), "describing a matrix");
        Demand(_library.LayoutCreate(out nint sums, ProductLibrary.Int32, (ulong)weightRows, (ulong)rows, weightRows), "describing a matrix");
        byte[] result = new byte[ProductLibrary.ResultBytes];
        fixed (byte* p = result)
        {
            int status = _library.Choose(_handle, _product, left, right, sums, _preference, p, out int found);
            int state = *(int*)(p + _library.AlgorithmBytes + sizeof(ulong));
            ulong needed = *(ulong*)(p + _library.AlgorithmBytes);
            if (status == 0 && found > 0 && state == 0 && needed <= WorkspaceBytes)
            {
                return new Plan(left, right, sums, result);
            }
        }

        Release(left, right, sums);
        return null;
    }

    /// <summary>Compares sums that fit neither 24 bits nor 16 with those of integers; null if all are equal.</summary>
    private string? Check()
    {
        const int WeightRows = 272;
        const int Rows = 144;
        const int Columns = 4112;
        int stride = GpuMatrix.StrideOf(Columns);
        sbyte[] w = new sbyte[WeightRows * stride];
        sbyte[] x = new sbyte[Rows * stride];
        for (int i = 0; i < w.Length; i++)
        {
            w[i] = (sbyte)(i % stride >= Columns ? 0 : i / stride < 16 ? 127 : (i * 37 % 255) - 127);
        }

        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (sbyte)(i % stride >= Columns ? 0 : i / stride < 16 ? -127 : (i * 101 % 255) - 127);
        }

        int[] found = new int[Rows * WeightRows];
        ulong weights = _device.Allocate(w.Length);
        ulong activations = _device.Allocate(x.Length);
        ulong sums = _device.Allocate((long)found.Length * sizeof(int));
        try
        {
            fixed (sbyte* wp = w, xp = x)
            {
                fixed (int* p = found)
                {
                    _device.Upload(weights, wp, w.Length);
                    _device.Upload(activations, xp, x.Length);
                    if (!TryMultiply(weights, WeightRows, activations, Rows, Columns, stride, sums))
                    {
                        return "it has no algorithm for int8 products with int32 sums here";
                    }

                    _device.Download(p, sums, (long)found.Length * sizeof(int));
                }
            }
        }
        finally
        {
            _device.Release(sums);
            _device.Release(activations);
            _device.Release(weights);
        }

        for (int r = 0; r < Rows; r++)
        {
            for (int n = 0; n < WeightRows; n++)
            {
                int expected = 0;
                for (int i = 0; i < Columns; i++)
                {
                    expected += x[(r * stride) + i] * w[(n * stride) + i];
                }

                if (found[(r * WeightRows) + n] != expected)
                {
                    return $"its product is not exact: expected {expected}, found {found[(r * WeightRows) + n]}";
                }
            }
        }

        return null;
    }

    private void Forget()
    {
        foreach (Plan? plan in _plans.Values)
        {
            if (plan is not null)
            {
                Release(plan.Left, plan.Right, plan.Sums);
            }
        }

        _plans.Clear();
    }

    private void Release(params ReadOnlySpan<nint> layouts)
    {
        foreach (nint layout in layouts)
        {
            Demand(_library.LayoutDestroy(layout), "forgetting a matrix");
        }
    }

    private void Demand(int status, string what)
    {
        if (status != 0)
        {
            throw new GpuException($"{_library.Name}: {what} failed with status {status}.");
        }
    }
}
