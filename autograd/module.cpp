#include "autograd/module.h"

#include <unordered_set>

#include "tensor/error.h"

namespace tinymor {

void Members::operator()(const std::string& name, Variable& parameter) {
  if (parameter.defined()) parameters_.emplace_back(prefix_ + name, &parameter);
}

void Members::operator()(const std::string& name, Tensor& buffer) {
  buffers_.emplace_back(prefix_ + name, &buffer);
}

void Members::operator()(const std::string& name, Module& child) {
  const std::string before = prefix_;
  prefix_ += name + ".";
  child.members(*this);
  prefix_ = before;
}

std::vector<Variable*> Module::parameters() {
  Members members;
  this->members(members);
  std::vector<Variable*> all;
  std::unordered_set<const Node*> seen;
  for (const auto& [path, parameter] : members.parameters()) {
    check(parameter->is_leaf(), "[module] {} is not a parameter (make it with Variable::parameter)", path);
    if (!seen.insert(parameter->node().get()).second) continue;
    if (parameter->name().empty()) parameter->set_name(path);
    all.push_back(parameter);
  }
  return all;
}

std::vector<const Variable*> Module::parameters() const {
  // Listing members gives names to those that have none, and changes nothing else.
  const std::vector<Variable*> all = const_cast<Module*>(this)->parameters();
  return {all.begin(), all.end()};
}

int64_t Module::parameter_count() const {
  int64_t total = 0;
  for (const Variable* parameter : parameters()) total += parameter->value().count();
  return total;
}

void Module::zero_grad() {
  for (Variable* parameter : parameters()) parameter->zero_grad();
}

void Module::unshare() {
  Members all;
  members(all);
  std::map<const Node*, Variable> own;  // by what they were: what several members share stays shared
  for (const auto& [name, parameter] : all.parameters()) {
    Variable& copy = own[parameter->node().get()];
    if (!copy.defined()) copy = Variable::parameter(parameter->value().clone(), parameter->name());
    *parameter = copy;
  }
  for (const auto& [name, buffer] : all.buffers()) *buffer = buffer->clone();
}

std::map<std::string, Tensor> Module::state_dict() const {
  Members members;
  const_cast<Module*>(this)->members(members);
  std::map<std::string, Tensor> state;
  std::unordered_set<const Node*> seen;
  for (const auto& [path, parameter] : members.parameters())
    if (seen.insert(parameter->node().get()).second) state[path] = parameter->value();
  for (const auto& [path, buffer] : members.buffers()) state[path] = *buffer;
  return state;
}

void Module::load_state_dict(const std::map<std::string, Tensor>& state) {
  std::map<std::string, Tensor> own = state_dict();
  for (const auto& [path, to] : own) {
    const auto found = state.find(path);
    check_input(found != state.end(), "{}: is missing (it is damaged or of another model; use another copy)", path);
    check_input(found->second.shape() == to.shape(), "{}: has the shape {}, not {} (it is of another model)", path,
                found->second.shape(), to.shape());
  }
  for (const auto& [path, value] : state)
    check_input(own.count(path) > 0, "{}: is not part of this model (the file is of another model)", path);
  for (auto& [path, to] : own) to.copy_from(state.at(path));
}

}  // namespace tinymor
