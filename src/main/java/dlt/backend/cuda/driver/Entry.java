package dlt.backend.cuda.driver;

/// The functions of the driver API that dlt calls, by the symbols that drivers since CUDA 11.4 have: cuda.h stands for the same
/// versions, but for cuEventElapsedTime, which has got a second one since.
enum Entry {
  DRIVER_GET_VERSION("cuDriverGetVersion"),
  GET_ERROR_NAME("cuGetErrorName"),
  GET_ERROR_STRING("cuGetErrorString"),
  INIT("cuInit"),
  DEVICE_GET_COUNT("cuDeviceGetCount"),
  DEVICE_GET("cuDeviceGet"),
  DEVICE_GET_NAME("cuDeviceGetName"),
  DEVICE_TOTAL_MEM("cuDeviceTotalMem_v2"),
  DEVICE_GET_ATTRIBUTE("cuDeviceGetAttribute"),
  DEVICE_PRIMARY_CTX_RETAIN("cuDevicePrimaryCtxRetain"),
  DEVICE_PRIMARY_CTX_RELEASE("cuDevicePrimaryCtxRelease_v2"),
  CTX_SET_CURRENT("cuCtxSetCurrent"),
  MEM_GET_INFO("cuMemGetInfo_v2"),
  MEM_ALLOC("cuMemAlloc_v2"),
  MEM_FREE("cuMemFree_v2"),
  MEM_HOST_ALLOC("cuMemHostAlloc"),
  MEM_FREE_HOST("cuMemFreeHost"),
  MODULE_LOAD_DATA_EX("cuModuleLoadDataEx"),
  MODULE_UNLOAD("cuModuleUnload"),
  MODULE_GET_FUNCTION("cuModuleGetFunction"),
  FUNC_SET_ATTRIBUTE("cuFuncSetAttribute"),
  STREAM_CREATE("cuStreamCreate"),
  STREAM_DESTROY("cuStreamDestroy_v2"),
  STREAM_SYNCHRONIZE("cuStreamSynchronize"),
  STREAM_WAIT_EVENT("cuStreamWaitEvent"),
  STREAM_BEGIN_CAPTURE("cuStreamBeginCapture_v2"),
  STREAM_END_CAPTURE("cuStreamEndCapture"),
  MEMCPY_HTOD_ASYNC("cuMemcpyHtoDAsync_v2"),
  MEMCPY_DTOH_ASYNC("cuMemcpyDtoHAsync_v2"),
  MEMCPY_DTOD_ASYNC("cuMemcpyDtoDAsync_v2"),
  MEMSET_D32_ASYNC("cuMemsetD32Async"),
  LAUNCH_KERNEL("cuLaunchKernel"),
  GRAPH_INSTANTIATE("cuGraphInstantiateWithFlags"),
  GRAPH_DESTROY("cuGraphDestroy"),
  GRAPH_EXEC_DESTROY("cuGraphExecDestroy"),
  GRAPH_LAUNCH("cuGraphLaunch"),
  EVENT_CREATE("cuEventCreate"),
  EVENT_DESTROY("cuEventDestroy_v2"),
  EVENT_RECORD("cuEventRecord"),
  EVENT_SYNCHRONIZE("cuEventSynchronize"),
  EVENT_ELAPSED_TIME("cuEventElapsedTime");

  private final String symbol;

  Entry(String symbol) {
    this.symbol = symbol;
  }

  String symbol() {
    return symbol;
  }

  /// The function's name in the documentation.
  @Override
  public String toString() {
    return symbol.endsWith("_v2") ? symbol.substring(0, symbol.length() - 3) : symbol;
  }
}
